"""Room: which action units occur together (Eq. 5)."""
