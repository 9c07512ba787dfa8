// Whether a history could have come from one copy of the data that does one thing at a time: the search of Wing and Gong with
// Lowe's memory of what was tried (as Porcupine does it), for each key by itself, since keys are independent of each other.
namespace KvStore.Fault.Tests;

/// <summary>Checks histories of gets, sets, conditional sets and deletes.</summary>
internal static class LinearizabilityChecker
{
    /// <summary>What is wrong with a history; null if it is linearizable.</summary>
    public static string? FindViolation(IEnumerable<HistoryEvent> history) =>
        history.GroupBy(done => done.Key).OrderBy(key => key.Key, StringComparer.Ordinal).Select(key => FindViolation(key.Key, [.. key])).FirstOrDefault(violation => violation is not null);

    private static string? FindViolation(string key, HistoryEvent[] events)
    {
        var search = new Search(events);
        if (search.Succeeds())
        {
            return null;
        }

        // The longest order that was found ends before an operation that fits nowhere: it and its surroundings tell the story.
        HistoryEvent stuck = events.Where((_, i) => !search.Longest[i]).MinBy(done => done.End)!;
        IEnumerable<string> near = events
            .Where(done => done.End >= stuck.Start - ((stuck.End == HistoryEvent.Never ? 0 : stuck.End - stuck.Start) * 2) && done.Start <= stuck.End)
            .OrderBy(done => done.Start)
            .Take(30)
            .Select(done => (done == stuck ? "> " : "  ") + done);
        return $"Key {key} is not linearizable: of {events.Length} operations {search.Longest.Count(isOrdered => isOrdered)} can be put in an order, but then not this one:\n{string.Join('\n', near)}";
    }

    /// <summary>The item after an operation; null if the operation could not have seen what it saw.</summary>
    private static Item? Apply(HistoryEvent done, Item item)
    {
        Item seen = new(done.Version, done.Value);
        Item set = new(item.Version + 1, done.Argument);
        return (done.Operation, done.Outcome) switch
        {
            (HistoryOperation.Get, _) => seen == item ? item : null,
            (HistoryOperation.Delete, _) => Item.None,
            (HistoryOperation.Set, HistoryOutcome.Unknown) => set,
            (HistoryOperation.Set, _) => done.Version == set.Version ? set : null,
            (_, HistoryOutcome.Unknown) => done.Expected == item.Version ? set : item,
            (_, HistoryOutcome.Refused) => done.Expected != item.Version && seen == item ? item : null,
            _ => done.Expected == item.Version && done.Version == set.Version ? set : null,
        };
    }

    /// <summary>The state of a key: version 0 is none.</summary>
    private readonly record struct Item(long Version, string Value)
    {
        public static Item None { get; } = new(0, "");
    }

    /// <summary>A search over calls and returns in the order of time, which are taken out as their operations find a place.</summary>
    private sealed class Search
    {
        private readonly HistoryEvent[] _events;
        private readonly Node _head = new(operation: -1, isReturn: false);
        private readonly HashSet<(string Ordered, Item Item)> _tried = [];
        private readonly char[] _ordered;

        public Search(HistoryEvent[] events)
        {
            _events = events;
            _ordered = new char[events.Length];
            Longest = new bool[events.Length];
            var nodes = new Node[events.Length];
            Node last = _head;

            // A call at the very moment of a return counts as concurrent with it.
            foreach ((long _, bool isReturn, int operation) in events
                .SelectMany((done, i) => new[] { (done.Start, false, i), (done.End, true, i) })
                .OrderBy(entry => entry.Item1).ThenBy(entry => entry.Item2))
            {
                var node = new Node(operation, isReturn) { Previous = last };
                last.Next = node;
                last = node;
                if (isReturn)
                {
                    nodes[operation].Return = node;
                }
                else
                {
                    nodes[operation] = node;
                }
            }
        }

        /// <summary>The operations of the longest order found.</summary>
        public bool[] Longest { get; private set; }

        public bool Succeeds()
        {
            var places = new Stack<(Node Call, Item Before)>();
            Item item = Item.None;
            int longest = 0;
            Node? node = _head.Next;
            while (_head.Next is not null)
            {
                if (node!.IsReturn)
                {
                    // It had to find its place by now: the last choice was wrong.
                    if (!places.TryPop(out var wrong))
                    {
                        return false;
                    }

                    item = wrong.Before;
                    _ordered[wrong.Call.Operation] = '\0';
                    wrong.Call.PutBack();
                    node = wrong.Call.Next;
                    continue;
                }

                _ordered[node.Operation] = '\u0001';
                if (Apply(_events[node.Operation], item) is { } after && _tried.Add((new string(_ordered), after)))
                {
                    places.Push((node, item));
                    item = after;
                    node.TakeOut();
                    node = _head.Next;
                    if (places.Count > longest)
                    {
                        longest = places.Count;
                        Longest = [.. _ordered.Select(mark => mark != '\0')];
                    }
                }
                else
                {
                    _ordered[node.Operation] = '\0';
                    node = node.Next;
                }
            }

            return true;
        }
    }

    /// <summary>A call or a return in a list from which a call is taken with its return, and put back where it was.</summary>
    private sealed class Node(int operation, bool isReturn)
    {
        public int Operation => operation;

        public bool IsReturn => isReturn;

        public Node? Previous { get; set; }

        public Node? Next { get; set; }

        public Node? Return { get; set; }

        public void TakeOut()
        {
            Unlink();
            Return!.Unlink();
        }

        public void PutBack()
        {
            Return!.Link();
            Link();
        }

        private void Unlink()
        {
            Previous!.Next = Next;
            if (Next is not null)
            {
                Next.Previous = Previous;
            }
        }

        private void Link()
        {
            Previous!.Next = this;
            if (Next is not null)
            {
                Next.Previous = this;
            }
        }
    }
}
