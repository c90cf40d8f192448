"""Where things are kept: protocols, and two ready stores."""
