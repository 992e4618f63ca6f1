"""ecslite: Amazon ECS by experiment."""
