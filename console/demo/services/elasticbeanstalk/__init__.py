"""AWS Elastic Beanstalk: environments that live."""
