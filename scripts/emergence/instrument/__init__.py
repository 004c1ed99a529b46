"""The instrument: presence, sharpness and predictability of an ability, each with its doubt."""
