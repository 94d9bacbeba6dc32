/* main: the front door. */
#include "app/app.h"

int main(int argc, char **argv, char **environ_rows)
{
    return app_main(argc, argv, environ_rows);
}
