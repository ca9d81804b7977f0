"""`completion`: a script for a shell, which asks this program what may come next.

Decides: nothing that `completing` does not; the scripts pass words on, and show what comes back.
"""

from __future__ import annotations

import argparse

from troubleshooter.cli.answer import Answer

BASH = r"""# Completion for bash. In this shell: source <(troubleshoot completion bash)
# In every one: troubleshoot completion bash > ~/.local/share/bash-completion/completions/troubleshoot
_troubleshoot() {
    local line rule=0
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
            :*) rule=${line#:} ;;
            *) COMPREPLY+=("${line%%$'\t'*}") ;;
        esac
    done < <("${COMP_WORDS[0]}" __complete_line "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
    if type compopt >/dev/null 2>&1; then  # not in the bash of macOS
        ((rule & 2)) && compopt -o nospace
        ((rule & 4)) && compopt +o default
    fi
    return 0
}
complete -o default -F _troubleshoot troubleshoot
"""

ZSH = r"""#compdef troubleshoot
# Completion for zsh. In this shell: source <(troubleshoot completion zsh)
# In every one: troubleshoot completion zsh > "${fpath[1]}/_troubleshoot"
_troubleshoot() {
    local line rule word about
    local -a lines known open
    lines=("${(@f)$("${words[1]}" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
    rule=${lines[-1]}
    lines[-1]=()
    if [[ $rule == :0 ]]; then
        _files
        return
    fi
    for line in "${lines[@]}"; do
        word=${line%%$'\t'*}
        about=${line#"$word"}
        if [[ $word == */ ]]; then
            open+=("$word")
        else
            known+=("${word//:/\\:}${about:+:${about#$'\t'}}")
        fi
    done
    _describe -t words word known
    compadd -S '' -- "${open[@]}"
}
if [[ ${funcstack[1]} == _troubleshoot ]]; then
    _troubleshoot "$@"
else
    compdef _troubleshoot troubleshoot
fi
"""

FISH = r"""# Completion for fish. In this shell: troubleshoot completion fish | source
# In every one: troubleshoot completion fish > ~/.config/fish/completions/troubleshoot.fish
function __troubleshoot_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..] "$current" 2>/dev/null)
    set -l rule $lines[-1]
    set -e lines[-1]
    if test "$rule" = :0
        __fish_complete_path "$current"
    else
        printf '%s\n' $lines
    end
end
complete -c troubleshoot -f -a '(__troubleshoot_words)'
"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def run(args: argparse.Namespace) -> Answer:
    """The script for a shell."""
    return Answer(SCRIPTS[args.shell].rstrip())
