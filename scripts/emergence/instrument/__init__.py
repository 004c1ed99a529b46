"""An instrument that measures emergence: thresholds, curves, forecasts."""
