/* board.h -- where queens stand on a board, and which places they leave free. */
enum { SIZE = 8 };

struct board {
    int column[SIZE]; /* of the queen in each row */
};

int board_allows(const struct board *board, int row, int column);
int board_count(struct board *board, int row);
