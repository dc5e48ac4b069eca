"""The formulary: real codes, believable quantities, prices and trends."""

import pytest

from epact2.synth.formulary import (
    interpolate,
    national_items,
    price_after_discount,
    prices,
    read_data,
    read_formulary,
    synthetic_snomed,
)


@pytest.fixture(scope="module")
def formulary():
    return read_formulary()


def test_size(formulary):
    assert 600 <= len(formulary.substances) <= 700
    assert 2_000 <= len(formulary.presentations) <= 3_500


def test_codes_have_the_form_of_bnf_codes_and_a_name_at_every_level(formulary):
    names = {row["code"] for row in read_data("bnf.csv")}
    for each in formulary.presentations:
        for code in (each.code, *(before for _, before in each.earlier)):
            assert len(code) == (11 if code >= "20" else 15)
            assert {code[:2], code[:4], code[:4] if len(code) == 11 else code[:9]} <= names
        assert each.name
        assert "DO NOT USE" not in each.name


def test_quantities_are_shares_of_an_item(formulary):
    for each in formulary.presentations:
        assert sum(quantity.share for quantity in each.quantities) == pytest.approx(1, abs=0.01)
        assert all(quantity.amount > 0 for quantity in each.quantities)
        keys = [(quantity.amount, quantity.snomed) for quantity in each.quantities]
        assert len(keys) == len(set(keys))


def test_a_brand_has_its_generic_equivalent_for_the_commonest(formulary):
    codes = {each.code for each in formulary.presentations}
    assert {"0501013B0BCABAB", "0501013B0AAABAB"} <= codes  # Amoxil 500mg capsules and amoxicillin


@pytest.mark.parametrize(
    "substance",
    ["0501013K0", "0501021L0", "0501120L0", "0403010J0", "0403030Q0", "1001010J0", "1001010P0", "1001010C0",
     "1001010AJ", "1001010AH", "0601023AZ", "0601023AW", "2148", "0208020Z0", "0601023AG"],
)  # fmt: skip
def test_what_comparators_and_drills_need_is_there(formulary, substance):
    assert substance in formulary.substances


def test_england_in_2024(formulary):
    months = [202400 + month for month in range(1, 13)]
    items = nic = 0.0
    for month in months:
        for each, count, price in zip(
            formulary.presentations, national_items(formulary, month), prices(formulary, month), strict=True
        ):
            items += count
            nic += count * price / 100_000 * sum(q.amount * q.share for q in each.quantities)
    assert items == pytest.approx(1_238_526_866, rel=0.01)
    assert nic == pytest.approx(10_678_000_000, rel=0.03)


def test_january_2026(formulary):
    assert sum(national_items(formulary, 202601)) == pytest.approx(108_270_468, rel=0.03)


def test_codes_change_in_january(formulary):
    fostair = next(each for each in formulary.presentations if each.code == "0302000ABBCAAAB")
    assert fostair.code_in(202512) == "0302000C0BQAABX"
    assert fostair.code_in(202601) == "0302000ABBCAAAB"


def test_what_is_left_after_discount():
    assert price_after_discount(201709) == 92_632
    assert price_after_discount(201710) == 92_568
    assert price_after_discount(202601) == 90_133
    assert 90_133 < price_after_discount(202401) < 92_568


def test_interpolation_is_level_outside():
    points = [(1.0, 10.0), (2.0, 20.0)]
    assert [interpolate(points, time) for time in (0, 1, 1.5, 2, 3)] == [10, 10, 15, 20, 20]


def test_snomed_codes_have_a_valid_check_digit_and_no_real_namespace():
    assert _verhoeff_is_valid("729011000001103")  # a real one, to test the test
    for number in (0, 7, 2_763):
        code = synthetic_snomed(number, 1)
        assert _verhoeff_is_valid(code)
        assert code[-10:-3] == "9999999"
        assert 6 <= len(code) <= 18


def _verhoeff_is_valid(code):
    # Written from the definition (products in the dihedral group), apart from the code under test.
    def times(a, b):
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
        return 5 + (a - b) % 5 if b < 5 else (a - b) % 5

    check, power = 0, list(range(10))
    for digit in reversed(code):
        check = times(check, power[int(digit)])
        power = [[1, 5, 7, 6, 2, 8, 3, 0, 9, 4][each] for each in power]
    return check == 0
