"""einops as layers, for each framework: here torch."""
