"""What an application is and how it is doing, told from the rows of its workload and pods alone."""
