"""Amazon ECS: services, deployments and tasks that live."""
