// What the commands on a drive should do, in the simplest terms: two storages as dictionaries, and one line or two for each
// command. Loaded by DriveModel.Tests.ps1 with Add-Type; not part of the test program.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using KvStore;

namespace DriveModel
{
    public sealed class Store
    {
        public readonly SortedDictionary<string, string> Items = new SortedDictionary<string, string>(StringComparer.Ordinal);
        public readonly SortedSet<string> Kept = new SortedSet<string>(StringComparer.Ordinal);
        public bool IsKept;

        public bool IsThere { get { return IsKept || Items.Count > 0 || Kept.Count > 0; } }

        public bool HasNamespace(string path) { return Items.Keys.Any(key => Beneath(key, path)) || Kept.Any(kept => kept == path || Beneath(kept, path)); }

        public static bool Beneath(string path, string parent) { return parent == "" ? path != "" : path.StartsWith(parent + "/", StringComparison.Ordinal); }
    }

    /// <summary>A place: a drive, and a path whose first component is the store.</summary>
    public sealed class Place
    {
        public int Drive;
        public string[] Components;

        public bool IsTop { get { return Components.Length == 0; } }
        public bool IsStore { get { return Components.Length == 1; } }
        public string StoreName { get { return Components[0]; } }
        public string Path { get { return string.Join("/", Components.Skip(1)); } }
        public string Name { get { return Components[Components.Length - 1]; } }

        public Place Child(string name) { return new Place { Drive = Drive, Components = Components.Append(name).ToArray() }; }

        public override string ToString()
        {
            return Model.DriveNames[Drive] + ":/" + string.Join("/", Components.Select(KvPath.ToDrivePath));
        }
    }

    public sealed class Step
    {
        public string Command;
        public Hashtable Parameters = new Hashtable();
        public bool Succeeds;

        /// <summary>What the command gives, one line each; null if that is not compared.</summary>
        public string[] Output;

        public override string ToString()
        {
            return Command + string.Concat(Parameters.Cast<DictionaryEntry>().Select(entry => " -" + entry.Key + " '" + entry.Value + "'")) + (Succeeds ? "" : " (fails)");
        }
    }

    public sealed class Model
    {
        public static readonly string[] DriveNames = { "m", "o" };
        private static readonly string[] Stores = { "s", "t" };
        private static readonly string[] Names = { "a", "b", "ab", "A", "a-b", "[x]", "*", "%41", "é", "e\u0301", "a b", "b ", "~", "-n", "q'", ".", "a:b", "x\\y", "ta\tb", "😀" };
        private readonly SortedDictionary<string, Store>[] storages = { New(), New() };
        private readonly Random random;

        public Model(int seed) { random = new Random(seed); }

        private static SortedDictionary<string, Store> New() { return new SortedDictionary<string, Store>(StringComparer.OrdinalIgnoreCase); }

        /// <summary>A few items and kept namespaces, in the model and, as one batch a store, in the storages.</summary>
        public void Plant(KvStorage[] targets)
        {
            for (int drive = 0; drive < 2; drive++)
            {
                foreach (KvStoreInfo store in targets[drive].GetStores(CancellationToken.None).ToArray()) { targets[drive].RemoveStore(store.Name, CancellationToken.None); }

                for (int i = random.Next(6); i > 0; i--)
                {
                    Place place = Any(drive, 1);
                    var batch = new KvBatch();
                    if (!IsKey(place.Path)) { continue; }
                    if (random.Next(5) == 0) { Keep(place); batch.AddNamespace(place.Path); }
                    else { string value = "v" + random.Next(100); Set(place, value); batch.Set(place.Path, value); }
                    targets[drive].Commit(place.StoreName, batch, CancellationToken.None);
                }
            }
        }

        /// <summary>A random command with what it should do, done in the model.</summary>
        public Step Next()
        {
            Place place = random.Next(10) < 7 ? Existing() : Any(random.Next(2), random.Next(10) == 0 ? 0 : 1);
            switch (random.Next(12))
            {
                case 0: return SetContent(place, "c" + random.Next(100));
                case 1: return NewItem(place, random.Next(2) == 0);
                case 2: return NewNamespace(place, random.Next(2) == 0);
                case 3: return Remove(place);
                case 4: case 5: return Copy(place, Destination(), random.Next(4) > 0);
                case 6: case 7: return Move(place, Destination(), random.Next(4) == 0);
                case 8: return Rename(place, Names[random.Next(Names.Length)]);
                case 9: return Clear(place);
                case 10: return List(place, random.Next(4));
                default: return Test(place);
            }
        }

        public string Dump()
        {
            return string.Join("\n", storages.SelectMany((storage, drive) => storage.Where(store => store.Value.IsThere).Select(store =>
                Describe(drive, store.Key, store.Value.IsKept, store.Value.Items.Select(item => item.Key + "=" + item.Value), store.Value.Kept))));
        }

        public static string Dump(KvStorage[] targets)
        {
            return string.Join("\n", targets.SelectMany((storage, drive) => storage.GetStores(CancellationToken.None).OrderBy(store => store.Name, StringComparer.OrdinalIgnoreCase).Select(store =>
                Describe(drive, store.Name, store.IsKept,
                    storage.Scan(store.Name, KvRange.All, CancellationToken.None).OrderBy(item => item.FullKey, StringComparer.Ordinal).Select(item => item.FullKey + "=" + item.Value),
                    storage.GetKeptNamespaces(store.Name, "", CancellationToken.None).OrderBy(path => path, StringComparer.Ordinal)))));
        }

        private static string Describe(int drive, string store, bool isKept, IEnumerable<string> items, IEnumerable<string> kept)
        {
            return DriveNames[drive] + ":" + store.ToLowerInvariant() + (isKept ? "!" : "") + " {" + string.Join(", ", items) + "} kept {" + string.Join(", ", kept) + "}";
        }

        private static bool IsKey(string path) { return path != "" && path.Trim() == path; }

        private Place Any(int drive, int minimumDepth)
        {
            var components = new List<string> { Stores[random.Next(Stores.Length)] };
            for (int i = Math.Max(minimumDepth, random.Next(4)); i > 0; i--) { components.Add(Names[random.Next(random.Next(2) == 0 ? 3 : Names.Length)]); }
            return new Place { Drive = drive, Components = components.ToArray() };
        }

        private Place Existing()
        {
            int drive = random.Next(2);
            var paths = storages[drive].Where(store => store.Value.IsThere).SelectMany(store => store.Value.Items.Keys.Concat(store.Value.Kept).Append("").Select(path => store.Key + (path == "" ? "" : "/" + path))).ToArray();
            if (paths.Length == 0) { return Any(drive, 1); }
            string[] components = paths[random.Next(paths.Length)].Split('/');
            return new Place { Drive = drive, Components = components.Take(random.Next(1, components.Length + 1)).ToArray() };
        }

        private Place Destination()
        {
            int kind = random.Next(8);
            return kind == 0 ? new Place { Drive = random.Next(2), Components = new string[0] } : kind < 4 ? Existing() : Any(random.Next(2), 0);
        }

        private Store Find(Place place) { Store store; return place.IsTop || !storages[place.Drive].TryGetValue(place.StoreName, out store) || !store.IsThere ? null : store; }

        private Store Need(Place place)
        {
            Store store;
            if (!storages[place.Drive].TryGetValue(place.StoreName, out store)) { storages[place.Drive][place.StoreName] = store = new Store(); }
            return store;
        }

        private bool HasItem(Place place) { Store store = Find(place); return store != null && store.Items.ContainsKey(place.Path); }

        private bool IsContainer(Place place) { Store store = Find(place); return place.IsTop || (store != null && (place.IsStore || store.HasNamespace(place.Path))); }

        private bool Exists(Place place) { return HasItem(place) || IsContainer(place); }

        private void Set(Place place, string value) { Need(place).Items[place.Path] = value; }

        private void Keep(Place place) { Need(place).Kept.Add(place.Path); }

        private static Step Command(string name, bool succeeds, params object[] parameters)
        {
            var step = new Step { Command = name, Succeeds = succeeds };
            for (int i = 0; i < parameters.Length; i += 2) { step.Parameters[parameters[i]] = parameters[i + 1]; }
            return step;
        }

        private Step SetContent(Place place, string value)
        {
            bool succeeds = IsKey(place.Path);
            if (succeeds) { Set(place, value); }
            return Command("Set-Content", succeeds, "LiteralPath", place.ToString(), "Value", value);
        }

        private Step NewItem(Place place, bool force)
        {
            // New-Item cuts white space from the end of a path before any provider sees it.
            if (place.ToString().EndsWith(' ')) { return Test(place); }
            bool succeeds = IsKey(place.Path) && (force || !HasItem(place));
            if (succeeds) { Set(place, "n"); }
            return Command("New-Item", succeeds, "Path", place.ToString(), "ItemType", "Item", "Value", "n", "Force", force);
        }

        private Step NewNamespace(Place place, bool force)
        {
            if (place.ToString().EndsWith(' ')) { return Test(place); }
            bool exists = IsContainer(place);
            bool succeeds = (force || !exists) && (place.IsStore || IsKey(place.Path));
            if (succeeds && place.IsStore && !exists) { Need(place).IsKept = true; }
            if (succeeds && !place.IsStore) { Keep(place); }
            return Command("New-Item", succeeds, "Path", place.ToString(), "ItemType", "Directory", "Force", force);
        }

        private Step Remove(Place place)
        {
            bool succeeds = Exists(place);
            if (succeeds) { Delete(place); }
            return Command("Remove-Item", succeeds, "LiteralPath", place.ToString(), "Recurse", true);
        }

        private void Delete(Place place)
        {
            if (place.IsStore) { storages[place.Drive].Remove(place.StoreName); return; }
            Store store = Find(place);
            foreach (string key in store.Items.Keys.Where(key => key == place.Path || Store.Beneath(key, place.Path)).ToArray()) { store.Items.Remove(key); }
            store.Kept.RemoveWhere(path => path == place.Path || Store.Beneath(path, place.Path));
        }

        private Step Copy(Place source, Place destination, bool recurse)
        {
            // -Recurse:$false is something else than no -Recurse: it forbids to copy containers as such.
            Step step = Command("Copy-Item", TryCopy(source, destination, recurse), "LiteralPath", source.ToString(), "Destination", destination.ToString());
            if (recurse) { step.Parameters["Recurse"] = true; }
            return step;
        }

        private bool TryCopy(Place source, Place destination, bool recurse)
        {
            if (!Exists(source) || (IsContainer(source) && !IsContainer(destination) && Exists(destination))) { return false; }
            Place target = IsContainer(destination) ? destination.Child(source.Name) : destination;
            return IsTarget(source, target, recurse) && Transfer(source, target, recurse);
        }

        private Step Move(Place source, Place destination, bool force)
        {
            bool succeeds = Exists(source);
            if (succeeds)
            {
                Place target = IsContainer(destination) ? destination.Child(source.Name) : destination;
                succeeds = MoveTo(source, target, force);
            }

            return Command("Move-Item", succeeds, "LiteralPath", source.ToString(), "Destination", destination.ToString(), "Force", force);
        }

        private Step Rename(Place source, string name)
        {
            bool succeeds = Exists(source) && MoveTo(source, new Place { Drive = source.Drive, Components = source.Components.SkipLast(1).Append(name).ToArray() }, false);
            return Command("Rename-Item", succeeds, "LiteralPath", source.ToString(), "NewName", KvPath.ToDrivePath(name));
        }

        private bool MoveTo(Place source, Place target, bool force)
        {
            bool isFree = force || !Exists(target) || (!HasItem(target) && !IsContainer(source));
            if (!isFree || !IsTarget(source, target, true) || !Transfer(source, target, true)) { return false; }
            Delete(source);
            return true;
        }

        private bool IsTarget(Place source, Place target, bool recurse)
        {
            bool isSameStore = !target.IsTop && source.Drive == target.Drive && source.StoreName.Equals(target.StoreName, StringComparison.OrdinalIgnoreCase);
            bool isOnto = isSameStore && source.Path == target.Path;
            bool isInto = isSameStore && recurse && Store.Beneath(target.Path, source.Path);
            return !isOnto && !isInto && KvPath.IsStoreName(target.StoreName) && !(target.IsStore && HasItem(source));
        }

        private bool Transfer(Place source, Place target, bool recurse)
        {
            Store from = Find(source);
            var items = from.Items.Where(item => item.Key == source.Path || (recurse && Store.Beneath(item.Key, source.Path))).ToArray();
            var kept = from.Kept.Where(path => path == source.Path || (recurse && Store.Beneath(path, source.Path))).ToArray();
            Func<string, string> map = path => path == source.Path ? target.Path : (target.Path == "" ? "" : target.Path + "/") + (source.Path == "" ? path : path.Substring(source.Path.Length + 1));
            if (items.Any(item => !IsKey(map(item.Key))) || kept.Any(path => map(path) != "" && !IsKey(map(path)))) { return false; }
            bool isNew = Find(target) == null;
            foreach (var item in items) { Need(target).Items[map(item.Key)] = item.Value; }
            foreach (string path in kept.Where(path => map(path) != "")) { Need(target).Kept.Add(map(path)); }
            if (isNew && recurse && source.IsStore && target.IsStore && from.IsKept) { Need(target).IsKept = true; }
            if (!recurse && !HasItem(source) && !Exists(target))
            {
                if (target.IsStore) { Need(target).IsKept = true; } else if (IsKey(target.Path)) { Keep(target); } else { return false; }
            }

            return true;
        }

        private Step Clear(Place place)
        {
            bool succeeds = HasItem(place);
            if (succeeds) { Set(place, ""); }
            return Command("Clear-Content", succeeds, "LiteralPath", place.ToString());
        }

        private Step List(Place place, int depth)
        {
            Step step = Command("Get-ChildItem", Exists(place), "LiteralPath", place.ToString(), "Depth", depth);
            if (step.Succeeds && !IsContainer(place)) { step.Output = new[] { place + "=" + Find(place).Items[place.Path] }; }
            if (step.Succeeds && IsContainer(place))
            {
                Store store = Find(place);
                var nodes = new SortedSet<string>(StringComparer.Ordinal);
                foreach (string path in store.Items.Keys.Concat(store.Kept).Where(path => Store.Beneath(path, place.Path)))
                {
                    string[] relative = (place.Path == "" ? path : path.Substring(place.Path.Length + 1)).Split('/');
                    for (int i = 1; i <= Math.Min(relative.Length, depth + 1); i++) { nodes.Add(string.Join("/", relative.Take(i))); }
                }

                step.Output = nodes.Select(node =>
                {
                    Place child = node.Split('/').Aggregate(place, (parent, name) => parent.Child(name));
                    return child + "=" + (HasItem(child) ? store.Items[child.Path] : "") + (IsContainer(child) ? "/" : "");
                }).OrderBy(line => line, StringComparer.Ordinal).ToArray();
            }

            return step;
        }

        private Step Test(Place place)
        {
            Step step = Command("Test-Path", true, "LiteralPath", place.ToString());
            step.Output = new[] { Exists(place).ToString() };
            return step;
        }
    }
}
