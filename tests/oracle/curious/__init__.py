"""A curious reader: what somebody can work out who has only the published files and public prices."""
