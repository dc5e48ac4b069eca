"""What a question means, by example: a chapter is a package, a section a module, a paragraph a test.

Their titles and texts are docstrings. ``spec.record`` turns all of it into the reference of questions, by
running each test with a fixture that takes notes in place of an engine.
"""
