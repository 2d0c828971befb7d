// React Native: the chat as a screen. Needs react-native-webview.
import { useEffect, useRef } from "react";
import { AppState, BackHandler, Linking } from "react-native";
import { WebView } from "react-native-webview";

const PAGE = "https://chat.example.com/c/shop?header=0";

/** identity comes from your backend, for the user who is signed in; leave it out for somebody who is not. */
export function Chat({ identity, onTitle, onClose, onUnread }) {
  const web = useRef(null);
  const say = (op, more) => web.current?.postMessage(JSON.stringify({ support: 1, op, ...more }));

  useEffect(() => {
    const back = BackHandler.addEventListener("hardwareBackPress", () => {
      say("back"); // the page closes what lies over the thread, or says that there is nothing
      return true;
    });
    const state = AppState.addEventListener("change", (now) => say(now === "active" ? "resume" : "pause"));
    return () => {
      back.remove();
      state.remove();
    };
  }, []);

  const hear = ({ nativeEvent }) => {
    const message = JSON.parse(nativeEvent.data);
    if (message.op === "hello") say("hello", { can: ["open", "close"] });
    else if (message.op === "title") onTitle?.(message.text);
    else if (message.op === "unread") onUnread?.(message.n);
    else if (message.op === "open" && message.url) Linking.openURL(message.url);
    else if (message.op === "close" || (message.op === "back" && !message.handled)) onClose?.();
  };

  // A POST, so that the identity stands in no address; the answer sends the WebView to the page.
  const source = identity
    ? { uri: PAGE, method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: `identity=${identity}` }
    : { uri: PAGE };
  return (
    <WebView
      ref={web}
      source={source}
      originWhitelist={["https://chat.example.com"]}
      onMessage={hear}
      sharedCookiesEnabled
      domStorageEnabled
      hideKeyboardAccessoryView
      keyboardDisplayRequiresUserAction={false}
      onContentProcessDidTerminate={() => web.current?.reload()}
    />
  );
}
