"""Everything that runs inside a Locust process."""
