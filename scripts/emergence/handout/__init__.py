"""The book on paper: one PDF for each language, made from the pages of the built site.

`python -m emergence.handout` composes a document of the chapters, in which exercises and questions
stay in place and their solutions go to the end, and lets Chromium print it.
"""
