"""AWS's serverless parts: functions, tables, queues and what lies between them."""
