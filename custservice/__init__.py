"""Which staff behaviours bring customers back."""
