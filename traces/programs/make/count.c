#include "board.h"

/* Boards with queens in all rows from `row` on, where none can take another. */
int board_count(struct board *board, int row)
{
    int n = 0;
    if (row == SIZE)
        return 1;
    for (int column = 0; column < SIZE; column++) {
        board->column[row] = column;
        if (board_allows(board, row, column))
            n += board_count(board, row + 1);
    }
    return n;
}
