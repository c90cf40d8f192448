"""What exists: frozen values, and nothing that acts on them."""
