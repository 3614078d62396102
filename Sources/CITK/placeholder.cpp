int placeholder_citk;
