"""People's word on the machine's labels: kept beside the machine's, counted, and learned from.

A label that a person corrected stands in the place of the machine's, in the same rows, by the
engine `kinds.PERSON`: board, search, exports and counts show it without knowing. What the machine
says is kept with the correction. See docs/corrections.md.
"""
