// Keys and Values must be lazy: copying them would read a whole namespace to answer "is there any?".
using System.Collections;

namespace KvStore;

public sealed partial class KvDictionary
{
    /// <summary>A read-only view of the keys or values, read anew at each enumeration.</summary>
    private sealed class View(KvDictionary dictionary, Func<KvItem, string> select, bool keysOnly) : ICollection<string>
    {
        public int Count => dictionary.Count;

        public bool IsReadOnly => true;

        public bool Contains(string item) => keysOnly ? dictionary.ContainsKey(item) : this.AsEnumerable().Contains(item, StringComparer.Ordinal);

        public void CopyTo(string[] array, int arrayIndex)
        {
            foreach (string text in this)
            {
                array[arrayIndex++] = text;
            }
        }

        public IEnumerator<string> GetEnumerator() => dictionary.Scan(keysOnly).Select(select).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        void ICollection<string>.Add(string item) => throw IsView();

        void ICollection<string>.Clear() => throw IsView();

        bool ICollection<string>.Remove(string item) => throw IsView();

        private static NotSupportedException IsView() => new("The keys and values of a store's dictionary are views; change the dictionary itself.");
    }
}
