"""The concept inventory: twenty questions, asked before the course and after it."""
