"""What drawings share: words for numbers and days, reading a table, axes, the palette, and ink on paper."""
