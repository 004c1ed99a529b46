"""Measurements of the instrument that take too long, or say too much, for the test suite."""
