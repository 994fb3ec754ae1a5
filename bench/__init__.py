"""The benchmark: prints ratios measured in one run; never fails on time."""
