"""What an application is and how it is doing, based on the rows of its workload and pods alone."""
