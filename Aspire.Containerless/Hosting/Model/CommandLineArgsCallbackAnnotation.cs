namespace Aspire.Hosting.ApplicationModel;

/// <summary>Adds command line arguments, just before each start.</summary>
public class CommandLineArgsCallbackAnnotation(Func<CommandLineArgsCallbackContext, Task> callback) : IResourceAnnotation
{
    public Func<CommandLineArgsCallbackContext, Task> Callback => callback;
}

/// <inheritdoc cref="CommandLineArgsCallbackAnnotation" />
public sealed class CommandLineArgsCallbackContext(IList<object> args, IResource resource, CancellationToken cancellationToken = default)
{
    /// <summary>Strings, or <see cref="IValueProvider" />s. Everyone on the machine can read them: no secrets.</summary>
    public IList<object> Args => args;

    public IResource Resource => resource;

    public CancellationToken CancellationToken => cancellationToken;
}
