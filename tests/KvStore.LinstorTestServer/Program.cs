// The test server by itself, for clients other than KvStore:
// dotnet run --project tests/KvStore.LinstorTestServer [port [None|Bearer|Basic]]
using System.Globalization;
using KvStore.LinstorTestServer;

using var controller = new Controller(
    args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0,
    args.Length > 1 ? Enum.Parse<Authentication>(args[1], ignoreCase: true) : Authentication.None);
Console.WriteLine($"linstor://127.0.0.1:{controller.Port}");

// Until the input ends: whoever started the server stops it by closing it.
while (Console.In.ReadLine() is not null)
{
}
