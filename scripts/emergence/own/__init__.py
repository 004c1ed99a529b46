"""Readers' own models: results of lm-evaluation-harness, placed among the book's.

What a reader brings is read as untrusted text. It never enters the book's own tables, fits or
thresholds; `own.models.read` gives it to whoever shows it beside them.
"""
