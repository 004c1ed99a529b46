"""The evaluation kit: tasks for lm-evaluation-harness with items of the book's own.

`sets` says what there is; `harness` says it as the harness reads it; `python -m
emergence.evaluation` writes the folder `evaluation/`. Nothing here needs the harness itself.
"""
