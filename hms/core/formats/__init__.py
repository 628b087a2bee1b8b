"""How dates are written where Django's own way would mislead; bokmål and nynorsk are Django's."""
