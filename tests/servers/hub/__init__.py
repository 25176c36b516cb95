"""A strict stand-in of Security Hub: takes what AWS documents that it takes, and says what it refuses and why."""
