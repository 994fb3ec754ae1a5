"""Whether the machine serves every group alike: measured by self-declared groups, never inferred.

`gathering` reads what happened, `hiding` decides whom the figures may count so that they tell of
nobody, `figures` measures, `audits` keeps the result and `stops` has the machine rest where a gap
is wider than its limit. See docs/fairness.md.
"""
