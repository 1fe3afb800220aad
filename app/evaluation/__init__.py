"""How good a probability is: counts first, scores from them. Pure NumPy; knows no network and no file."""
