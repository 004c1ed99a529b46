"""The instrument: how an ability comes with scale, how sharply, and whether smaller models told."""
