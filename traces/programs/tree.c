/* The program that cc1.flt compiles: small, and without headers, so that the run is short. */
struct node {
    struct node *left, *right;
    int key;
};

struct node *insert(struct node *tree, struct node *fresh)
{
    if (!tree)
        return fresh;
    if (fresh->key < tree->key)
        tree->left = insert(tree->left, fresh);
    else
        tree->right = insert(tree->right, fresh);
    return tree;
}

int depth(const struct node *tree)
{
    if (!tree)
        return 0;
    int left = depth(tree->left), right = depth(tree->right);
    return 1 + (left > right ? left : right);
}
