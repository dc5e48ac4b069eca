"""The words: months, the BNF, organisations, fields, measures. Pure values."""
