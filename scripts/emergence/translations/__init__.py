"""Translations: what there is to translate, the catalogues that hold it, whether they are whole.

`python -m emergence.translations update` refreshes the catalogues of every language from chapters,
code and tables; `check` lists what is missing or wrong, one line each.
"""
