"""The verbs: the only code that commits. Check, change, log, queue mail, commit."""
