#include "board.h"

int board_allows(const struct board *board, int row, int column)
{
    for (int r = 0; r < row; r++) {
        const int distance = row - r, difference = column - board->column[r];
        if (difference == 0 || difference == distance || difference == -distance)
            return 0;
    }
    return 1;
}
