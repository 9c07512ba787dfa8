// The one place where an error of Core becomes an error of PowerShell: id, category and target.
using System.Management.Automation;

namespace KvStore.PowerShell;

/// <summary>Turns exceptions into error records.</summary>
internal static class KvErrorRecord
{
    /// <summary>The error record of a <see cref="KvException"/>: <c>KvStore.</c> and its code as id.</summary>
    public static ErrorRecord From(KvException exception) =>
        new(exception, $"KvStore.{exception.Error}", GetCategory(exception.Error), exception.Target);

    /// <summary>The error record of what a storage refused: the item that it tells can be acted on there.</summary>
    public static ErrorRecord From(KvException exception, string storageName) =>
        new(exception, $"KvStore.{exception.Error}", GetCategory(exception.Error), exception.Target is KvItem item ? item.SeenFrom(KvPath.Root, storageName) : exception.Target);

    /// <summary>Whether the storage itself failed, so that whatever else a command does on it would fail too.</summary>
    public static bool IsOfStorage(KvException exception) => exception.Error
        is KvError.ReadOnly or KvError.StorageUnavailable or KvError.StorageBusy or KvError.StorageFull or KvError.AccessDenied
        or KvError.ForeignDatabase or KvError.NewerSchema;

    private static ErrorCategory GetCategory(KvError error) => error switch
    {
        KvError.InvalidKey or KvError.InvalidText or KvError.InvalidValue or KvError.InvalidStoreName or KvError.InvalidPath or KvError.NoCurrentStore => ErrorCategory.InvalidArgument,
        KvError.KeyTooLong or KvError.ValueTooLong or KvError.BatchTooLarge => ErrorCategory.LimitsExceeded,
        KvError.StoreNotFound or KvError.ItemNotFound or KvError.StorageNotFound or KvError.RevisionGone => ErrorCategory.ObjectNotFound,
        KvError.StoreExists or KvError.NamespaceExists or KvError.ConditionFailed => ErrorCategory.ResourceExists,
        KvError.NotSupported => ErrorCategory.NotImplemented,
        KvError.ReadOnly or KvError.AccessDenied => ErrorCategory.PermissionDenied,
        KvError.InvalidConfiguration or KvError.InvalidPlugin => ErrorCategory.InvalidArgument,
        KvError.StorageUnavailable => ErrorCategory.ConnectionError,
        KvError.StorageBusy or KvError.TransactionConflict => ErrorCategory.ResourceBusy,
        KvError.StorageFull => ErrorCategory.WriteError,
        KvError.StorageDamaged or KvError.ForeignDatabase or KvError.NewerSchema or KvError.InvalidDocument => ErrorCategory.InvalidData,
        KvError.FileUnavailable => ErrorCategory.OpenError,
        KvError.NamespaceNotEmpty or KvError.CopyDiffers or KvError.TransactionNested or KvError.OutsideTransaction => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.NotSpecified,
    };
}
