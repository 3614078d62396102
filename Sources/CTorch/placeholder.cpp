int placeholder_ctorch;
