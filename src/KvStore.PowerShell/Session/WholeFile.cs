// Whoever finds the file finds all of it: it is written under another name beside, and renamed when it is complete.
using System.IO.Compression;

namespace KvStore.PowerShell;

/// <summary>Files that are written whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="file">Its full name; a link is followed.</param>
    /// <param name="noClobber">Whether a file that exists is an error.</param>
    /// <param name="force">Whether a file that is marked read-only is overwritten.</param>
    /// <param name="write">Writes what is to be in it.</param>
    /// <returns>What <paramref name="write"/> gave.</returns>
    /// <exception cref="IOException">The file exists and must not be overwritten, or cannot be written.</exception>
    public static T Write<T>(string file, bool noClobber, bool force, Func<Stream, T> write)
    {
        var target = new FileInfo(File.Exists(file) ? File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file : file);
        if (target.Exists && noClobber)
        {
            throw new IOException("it exists already. Leave out -NoClobber to overwrite it.");
        }

        if (target.Exists && target.IsReadOnly && !force)
        {
            throw new IOException("it is marked read-only. Use -Force to overwrite it.");
        }

        string part = Path.Combine(target.DirectoryName!, $".{target.Name}.{Guid.NewGuid():n}.part");
        try
        {
            T result;
            using (var output = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                KeepMode(target, part);
                result = WriteContent(output, target.Name, write);
                output.Flush(flushToDisk: true);
            }

            target.Refresh();
            if (OperatingSystem.IsWindows() && target.Exists && target.IsReadOnly)
            {
                // Else it cannot be replaced.
                target.IsReadOnly = false;
            }

            File.Move(part, target.FullName, overwrite: !noClobber);
            return result;
        }
        finally
        {
            // Nothing is there any more after the move.
            File.Delete(part);
        }
    }

    /// <summary>Opens a file to be read from any place; one whose name ends in <c>.gz</c> is unpacked.</summary>
    /// <param name="file">Its full name.</param>
    /// <param name="cancellation">Cancels unpacking.</param>
    /// <exception cref="IOException">It cannot be read, or not be unpacked.</exception>
    public static Stream Open(string file, CancellationToken cancellation)
    {
        FileStream input = File.OpenRead(file);
        if (!IsCompressed(file))
        {
            return input;
        }

        // Some readers go back to the start, which a compressed stream cannot: the text waits in a file, not in memory.
        using (input)
        using (var unpacked = new GZipStream(input, CompressionMode.Decompress))
        {
            var text = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 64 * 1024, FileOptions.DeleteOnClose);
            try
            {
                Unpack(unpacked, text, cancellation);
                text.Position = 0;
                return text;
            }
            catch
            {
                text.Dispose();
                throw;
            }
        }
    }

    private static void Unpack(GZipStream packed, Stream text, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int count = packed.Read(buffer); count > 0; count = packed.Read(buffer))
            {
                cancellation.ThrowIfCancellationRequested();
                text.Write(buffer, 0, count);
            }
        }
        catch (InvalidDataException e)
        {
            throw new IOException($"it ends in .gz and is not compressed, or is damaged. {e.Message}", e);
        }
    }

    private static bool IsCompressed(string file) => Path.GetExtension(file).Equals(".gz", StringComparison.OrdinalIgnoreCase);

    private static T WriteContent<T>(Stream output, string name, Func<Stream, T> write)
    {
        if (!IsCompressed(name))
        {
            return write(output);
        }

        using var packed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        return write(packed);
    }

    // Who may read a file is its owner's choice: a private one must not become readable to all by being written anew.
    private static void KeepMode(FileInfo target, string part)
    {
        if (!OperatingSystem.IsWindows() && target.Exists)
        {
            File.SetUnixFileMode(part, target.UnixFileMode | UnixFileMode.UserWrite);
        }
    }
}
