"""Answering one question: the one door to a number."""
