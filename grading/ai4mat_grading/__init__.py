"""Grades one can trust: test cells run in a judge's process, student cells in a sandbox."""
