"""The table of hostile and broken submissions: what each of them may keep, and must not show."""

import hostile_accidents
import hostile_border
import hostile_forgeries
import hostile_patches
import hostile_processes
import hostile_secrets
import hostile_values

KINDS = (
    hostile_patches,
    hostile_processes,
    hostile_values,
    hostile_secrets,
    hostile_forgeries,
    hostile_accidents,
    hostile_border,
)
TABLE = [entry for kind in KINDS for entry in kind.ENTRIES]
