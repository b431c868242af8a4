// The floor of every reader on libyaml: its events, each looked at and forgotten.
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

int main(int argc, char **argv) {
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (!file || fseek(file, 0, SEEK_END)) return 2;
    long size = ftell(file);
    rewind(file);
    unsigned char *text = malloc(size);
    if (!text || fread(text, 1, size, file) != (size_t)size) return 2;
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, text, size);
    long count = 0;
    for (int done = 0; !done; count++) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) return 1;
        done = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    printf("%ld events\n", count);
    yaml_parser_delete(&parser);
    free(text);
}
