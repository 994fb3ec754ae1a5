"""A program's codebook: the themes that its voices are heard for, and how they change."""
