"""One machine: starts, watches and ends Heard's processes."""
