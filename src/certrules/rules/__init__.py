"""What follows: one module a question, and no effect on the world."""
